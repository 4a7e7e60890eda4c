/** The hidden command that completes words. Cobra, with which kubectl is made, uses the same name and the same output. */
export const COMPLETE = '__complete';

/** The shells that can complete the commands of podherald. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/**
 * What each shell runs when it starts. Each script passes the words up to the cursor to `podherald __complete --` and
 * offers what that prints: a candidate in each line with a tab and its help, and in the last line `:0` if the shell
 * shall offer files too, or `:4` if not. That is what kubectl asks its plugins for.
 */
export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of podherald
_podherald() {
  local words=() word line directive='' value
  COMPREPLY=()
  # bash splits --flag=value into three words.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $word == = || \${words[-1]} == --*= ) ]]; then words[-1]+=$word; else words+=("$word"); fi
  done
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=$line; continue; fi
    value=\${line%%$'\\t'*}
    [[ \${words[-1]} == --*=* ]] && value=\${value#*=}
    COMPREPLY+=("$value")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 0 && $directive == :0 ]]; then
    word=\${words[-1]}
    [[ $word == --*=* ]] && word=\${word#*=}
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _podherald podherald
`,
  zsh: `#compdef podherald
_podherald() {
  local -a lines described
  local line directive
  lines=("\${(@f)$(\${words[1]} __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive=\${lines[-1]}
  for line in "\${(@)lines[1,-2]}"; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#described} )) && _describe -V 'podherald' described
  [[ $directive == :0 ]] && { compset -P '--*=' ; _files }
  return 0
}
if [[ \${funcstack[1]} == _podherald ]]; then
  _podherald "$@"
else
  compdef _podherald podherald
fi
`,
  fish: `# fish completion of podherald
function __podherald_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines ($words[1] __complete -- $words[2..-1] 2>/dev/null)
  for line in $lines
    switch $line
      case ':0'
        __fish_complete_path (commandline -ct)
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c podherald -f -a '(__podherald_complete)'
`,
  powershell: `# PowerShell completion of podherald
Register-ArgumentCompleter -Native -CommandName podherald -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '""' }
  $lines = @(podherald __complete -- @words 2>$null)
  $lines | Where-Object { $_ -notlike ':*' } | ForEach-Object {
    $word, $help = $_ -split "\`t", 2
    if (-not $help) { $help = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $help)
  }
}
`,
};
