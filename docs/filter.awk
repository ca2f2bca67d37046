#!/usr/bin/awk -f
# What doxygen reads instead of a header: the same lines, with
# - the group of the header's folder around everything in namespace eddy;
# - equations, the indented paragraphs of a docstring, as code, so that they stay as they are written;
# - the sentence of docs/contracts.tsv before a member of a class that has none of its own.
BEGIN {
  while ((getline line < "docs/contracts.tsv") > 0) {
    if (line !~ /^#/ && split(line, field, "\t") == 3) {
      place[++rules] = field[1]
      declaration[rules] = "^  (" field[2] ")"
      sentence[rules] = field[3]
    }
  }
}
FNR == 1 {
  path = FILENAME
  sub(/.*include\/eddy\//, "", path)
  group = path ~ /\// ? path : "learning"
  sub(/\/.*/, "", group)
}

/^namespace eddy \{$/ { print "namespace eddy { /** @addtogroup " group " */ /** @{ */"; next }
/^\}  \/\/ namespace eddy$/ { print "/** @} */ }"; next }

/^ *\/\/\/ *$/ { blank = 1; equation = 0; documented = 1; print; next }
/^ *\/\/\// {
  text = $0
  sub(/^ *\/\/\//, "", text)
  indented = match(text, /^   +/) > 0
  if (!indented) {
    equation = 0
  } else if (blank && text !~ /^ *- /) {
    equation = 1
  }
  if (equation) {
    sub(/\/\/\//, "///    ")
  }
  blank = 0
  documented = 1
  print
  next
}

/^(template|class|struct|requires|concept|inline|constexpr|void|auto|\[\[)/ { in_class = 0 }
/^(template.*)?(class|struct) .*\{/ { in_class = 1 }
/^\}/ { in_class = 0 }

in_class && !documented && /^  [^ ]/ && !/^  (template|requires)/ {
  for (rule = 1; rule <= rules; ++rule) {
    if (path ~ place[rule] && $0 ~ declaration[rule]) {
      sub(/^  /, "  /** " sentence[rule] " */ ")
      break
    }
  }
}
# A docstring holds until the declaration below it has begun.
!/^ *(template|requires)/ { documented = 0 }
{ blank = 0; equation = 0; print }
