^XA
^CF0,40
^FO50,50^FDThe Small Shop^FS
^FO50,120^FD$name^FS
^FO50,180^FDpieces: $pieces^FS
^BY3,2,120
^FO50,260^BC^FD$number^FS
^XZ
