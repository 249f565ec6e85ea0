// Which of Proxmox's package repositories are switched on, and how some of them are switched off where they stand.

/** hlx's own, which are files that come and go as a whole. */
export const ownFiles = { list: "/etc/apt/sources.list.d/hlx-proxmox.list", sources: "/etc/apt/sources.list.d/hlx-proxmox.sources" } as const;

// One line (sources.list(5)) or one stanza (deb822) at a time: \`uri\` and \`words\`, its components, of those that are switched on and Proxmox's.
const oneLine = `
function read_line(  line, n, w, i, j) {
  line = $0; uri = words = suite = ""
  if (line !~ /^[ \\t]*deb[ \\t]/) return 0
  sub(/#.*/, "", line); gsub(/\\[[^]]*\\]/, " ", line); n = split(line, w, /[ \\t]+/)
  i = w[1] == "" ? 2 : 1; uri = w[i + 1]; suite = w[i + 2]
  for (j = i + 3; j <= n; j++) if (w[j] != "") words = words " " w[j]
  return ours()
}
function ours() { return uri ~ /^https?:\\/\\/(download|enterprise)\\.proxmox\\.com\\/debian\\/(pve|ceph-[a-z]+)\\/?$/ }
`;

const oneStanza = `
function read_stanza(  n, w, i, on) {
  n = split($0, w, "\\n"); uri = words = ""; on = 1
  for (i = 1; i <= n; i++) {
    if (w[i] ~ /^URIs:/) { uri = w[i]; sub(/^URIs:[ \\t]*/, "", uri); sub(/[ \\t]+$/, "", uri) }
    if (w[i] ~ /^Components:/) { words = w[i]; sub(/^Components:/, "", words) }
    if (tolower(w[i]) ~ /^enabled:[ \\t]*(no|false|0|off|without|disable)[ \\t]*$/) on = 0
  }
  return on && ours()
}
`;

const files = `for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] || continue
  case $file in */hlx-proxmox.list | */hlx-proxmox.sources) continue ;; *.sources) form=stanza ;; *) form=line ;; esac
`;

const list = `${oneLine}${oneStanza}
BEGIN { if (form == "stanza") { RS = ""; FS = "\\n" } }
(form == "stanza" ? read_stanza() : read_line()) { n = split(words, all, " "); for (i = 1; i <= n; i++) print "repo", file, uri, all[i] }
`;

/** Prints `repo FILE URI COMPONENT` for each component that is switched on. */
export const listScript = `${files}  awk -v form="$form" -v file="$file" '${list}' "$file"
done`;

/** Succeeds when none of the components that are its arguments is switched on. */
export const isOffScript = `for unwanted in "$@"; do
  if (${listScript}) | grep -q " $unwanted\\$"; then exit 1; fi
done`;

const off = `${oneLine}${oneStanza}
function keep(  n, i, all, kept) {
  n = split(words, all, " "); kept = ""
  for (i = 1; i <= n; i++) if (index(" " unwanted " ", " " all[i] " ") == 0) kept = kept " " all[i]
  return kept
}
function options() { return match($0, /\\[[^]]*\\]/) ? substr($0, RSTART, RLENGTH) " " : "" }
BEGIN { if (form == "stanza") { RS = ""; FS = "\\n"; ORS = "\\n\\n" } }
!(form == "stanza" ? read_stanza() : read_line()) || keep() == words { print; next }
{ changed = 1 }
form == "line" { print "# " $0; if (keep() != "") print "deb " options() uri " " suite keep(); next }
keep() == "" { gsub(/(^|\\n)[Ee]nabled:[^\\n]*/, ""); sub(/^\\n/, ""); print $0 "\\nEnabled: no"; next }
{ sub(/(^|\\n)Components:[^\\n]*/, "\\nComponents:" keep()); sub(/^\\n/, ""); print }
END { exit changed ? 0 : 3 }
`;

/** Switches off the components that are its arguments: lines become comments, stanzas say `Enabled: no`. Files that have none of them are not touched. */
export const switchOffScript = `unwanted=$*
${files}  cp -p "$file" "$file.hlx" || exit
  awk -v form="$form" -v unwanted="$unwanted" '${off}' "$file" >"$file.hlx"
  case $? in 0) mv -f "$file.hlx" "$file" || exit ;; 3) rm -f "$file.hlx" ;; *) rm -f "$file.hlx"; exit 1 ;; esac
done`;
