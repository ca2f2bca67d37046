#!/usr/bin/awk -f
# What doxygen reads instead of a header: the same lines, with
# - the group of the header's folder around everything in namespace eddy;
# - equations, the indented paragraphs of a docstring, as code, so that they stay as they are written;
# - the sentence of docs/contracts.tsv before a member of a class that has none of its own.
BEGIN {
  while ((getline line < "docs/contracts.tsv") > 0) {
    if (line !~ /^#/ && split(line, field, "\t") == 3) {
      place[++rules] = field[1]
      declaration[rules] = "^ +(" field[2] ")"
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
  said = text
  sub(/^ */, "", said)
  print
  next
}

/^(template|class|struct|requires|concept|inline|constexpr|void|auto|\[\[)/ { in_class = 0 }
/^(template.*)?(class|struct) [^;]*$/ { in_class = 1 }
/^#(define|undef) EDDY_/ { print ""; next }
/^\}/ { in_class = 0 }
/^  (struct|class) .*\{$/ { nested = 1 }
/^  \}/ { nested = 0 }

in_class && !documented && (nested ? /^  (  )?[^ ]/ : /^  [^ ]/) && !/^ *(template|requires)/ && !/\/\/\/</ {
  for (rule = 1; rule <= rules; ++rule) {
    if (path ~ place[rule] && $0 ~ declaration[rule]) {
      sub(/^  /, "  /** " sentence[rule] " */ ")
      said = sentence[rule]
      break
    }
  }
}
in_class && said != "" { gsub(/, (Outputs|Stride) = /, "; /** " said " */ static constexpr int&"); gsub(/int, /, "int ") }
in_class && said == "" && /; +\/\/\/< / {
  said = $0
  sub(/.*\/\/\/< /, "", said)
}
# doxygen gives a docstring to the first of several members that are declared together: the others get it, too.
in_class && said != "" && match($0, /^ *(\/\*\*.*\*\/ +)?(static constexpr )?(const )?[A-Za-z_:0-9]+(<[^;()]*>)?[ *]+[a-zA-Z_0-9]+( = [^,;()]*)?, \*?[a-zA-Z_0-9]+[ ,;]/) {
  type = $0
  sub(/^ *(\/\*\*.*\*\/ +)?/, "", type)
  match(type, /^(static constexpr )?(const )?[A-Za-z_:0-9]+(<[^;()]*>)? /)
  type = substr(type, 1, RLENGTH)
  sub(/ $/, "", type)
  parts = split($0, piece, /, /)
  joined = piece[1]
  for (part = 2; part <= parts; ++part) {
    if (piece[part] ~ /^\*?[a-zA-Z_0-9]+( = |;|$)/ && joined !~ /<[^>]*$/) {
      joined = joined "; /** " said " */ " type " " piece[part]
    } else {
      joined = joined ", " piece[part]
    }
  }
  $0 = joined
  if (sub(/ *\/\/\/<.*/, "")) {
    $0 = "/** " said " */ " $0
  }
}
# A docstring holds until the declaration below it has begun.
!/^ *(template|requires)/ { documented = 0; said = "" }
{ blank = 0; equation = 0; print }
