#!/usr/bin/awk -f
# What doxygen reads instead of a page of docs/: the same lines, with the anchors that a Git host gives to headings, and without links
# to what is not among the pages.
function slug(text) {
  text = tolower(text)
  gsub(/[^a-z0-9_ -]/, "", text)
  gsub(/ /, "-", text)
  return text
}
FNR == 1 {
  page = FILENAME
  sub(/.*\//, "", page)
  sub(/\.md$/, "", page)
}
/^```/ { listing = !listing }
!listing && /^# / { print $0 " {#" page "}"; next }
!listing && /^##+ / {
  heading = $0
  sub(/^#+ /, "", heading)
  print $0 " {#" page "-" slug(heading) "}"
  next
}
!listing {
  gsub(/\]\(#/, "](#" page "-")
  while (match($0, /\]\([a-z_-]+\.md#/)) {
    name = substr($0, RSTART + 2, RLENGTH - 6)
    $0 = substr($0, 1, RSTART + 1) "#" name "-" substr($0, RSTART + RLENGTH)
  }
  # doxygen does not find a page by its file where the folder of the project has a space in its name.
  while (match($0, /\]\([a-z_-]+\.md\)/)) {
    $0 = substr($0, 1, RSTART + 1) "#" substr($0, RSTART + 2, RLENGTH - 6) substr($0, RSTART + RLENGTH - 1)
  }
  $0 = gensub_link($0)
}
{ print }

# [text](../file) becomes text.
function gensub_link(line,   from, text) {
  while (match(line, /\[[^][]*\]\(\.\.\/[^)]*\)/)) {
    text = substr(line, RSTART + 1, RLENGTH - 1)
    from = RSTART + RLENGTH
    sub(/\]\(.*/, "", text)
    line = substr(line, 1, RSTART - 1) text substr(line, from)
  }
  return line
}
