// The shells' own parts of completion: each hands its words to `hlx completion suggest` and takes lines of "word, tab, what it is".

// Bash splits words at = and : (COMP_WORDBREAKS), so what it has already is taken off each answer.
const bash = `# hlx completion for bash:  eval "$(hlx completion bash)"
_hlx() {
  local line=\${COMP_LINE:0:COMP_POINT} word last strip mark reply
  local -a words=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  last=\${words[\${#words[@]}-1]}
  strip=""
  for mark in : =; do
    [[ $COMP_WORDBREAKS == *"$mark"* && $last == *"$mark"* ]] || continue
    word=\${last%"\${last##*"$mark"}"}
    [[ \${#word} -gt \${#strip} ]] && strip=$word
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r reply _; do
    COMPREPLY+=("$(printf %q "\${reply#"$strip"}")")
  done < <("\${words[0]}" completion suggest -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[/=] ]] && compopt -o nospace
  return 0
}
complete -o default -F _hlx hlx
`;

const zsh = `#compdef hlx
# hlx completion for zsh:  eval "$(hlx completion zsh)"   (after compinit)
_hlx() {
  local -a lines values shown
  local line
  lines=("\${(@f)$("\${words[1]}" completion suggest -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    [[ -n $line ]] || continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line//$'\\t'/  -- }")
  done
  if (( $#values == 0 )); then
    _files
  elif (( $#values == 1 )) && [[ $values[1] == *[/=] ]]; then
    compadd -S '' -l -d shown -- $values
  else
    compadd -l -d shown -- $values
  fi
}
compdef _hlx hlx
`;

const fish = `# hlx completion for fish:  hlx completion fish | source
function __hlx_suggest
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] completion suggest -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c hlx -f -a '(__hlx_suggest)'
`;

/** By the shell's name. */
export const scripts: ReadonlyMap<string, string> = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
]);
