#!/bin/sh
# docs/terminal.sh: draws what a command writes to a terminal, as an SVG file: standard input is a session, whose lines that begin with
# "$ " were typed.
fold -w 100 | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' | awk '
  { line[NR] = $0 }
  END {
    height = 18 * NR + 28
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 " height "\">"
    print "<style>text { font: 12.5px monospace; fill: #e6edf3; white-space: pre } .typed { fill: #4aa8ff }</style>"
    print "<rect width=\"800\" height=\"" height "\" rx=\"8\" fill=\"#0d1117\"/>"
    for (row = 1; row <= NR; ++row)
      print "<text xml:space=\"preserve\" " (line[row] ~ /^\$ / ? "class=\"typed\" " : "") "x=\"16\" y=\"" 18 * row + 12 "\">" line[row] "</text>"
    print "</svg>"
  }'
