using System.CommandLine;
using Notify.Cli.Commands;
using Notify.Cli.Output;

namespace Notify.Cli.Completions;

/// <summary>
/// <c>notify completions</c>: prints a script that makes a shell complete command lines. The script asks the tool itself, so it
/// never becomes outdated.
/// </summary>
internal static class CompletionsCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # notify completions for bash: add this line to ~/.bashrc
            #   source <(notify completions bash)
            _notify_complete() {
                local line="${COMP_LINE:0:COMP_POINT}" current="${COMP_WORDS[COMP_CWORD]}" found
                found="$(notify "[suggest:${#line}]" "$line" 2>/dev/null)"
                COMPREPLY=($(compgen -W "$found" -- "$current"))
            }
            complete -o default -F _notify_complete notify
            """,
        ["zsh"] = """
            #compdef notify
            # notify completions for zsh: add this line to ~/.zshrc, after compinit
            #   source <(notify completions zsh)
            _notify_complete() {
                local line="${(j: :)words[1,CURRENT]}"
                local -a found
                found=("${(@f)$(notify "[suggest:${#line}]" "$line" 2>/dev/null)}")
                if [[ -n "${found[1]}" ]]; then
                    compadd -a found
                else
                    _files
                fi
            }
            compdef _notify_complete notify
            """,
        ["fish"] = """
            # notify completions for fish: notify completions fish > ~/.config/fish/completions/notify.fish
            function __notify_complete
                set -l line (commandline --cut-at-cursor)
                notify "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete --command notify --arguments "(__notify_complete)"
            """,
        ["powershell"] = """
            # notify completions for PowerShell: add this line to $PROFILE
            #   notify completions powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName notify -ScriptBlock {
                param($word, $ast, $position)
                $line = $ast.ToString().PadRight($position).Substring(0, $position)
                notify "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    private static readonly Argument<string> Shell = CreateShell();

    public static Command Create() =>
        new Command("completions", "Prints a script that completes command lines in a shell.") { Shell }.Run(PrintAsync);

    private static Argument<string> CreateShell()
    {
        var shell = new Argument<string>("shell") { Description = $"The shell: {string.Join(", ", Scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        return shell;
    }

    private static Task<int> PrintAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var script = Scripts[call.Get(Shell)].ReplaceLineEndings("\n");
        call.Report.Write(new CompletionsView(call.Get(Shell), script), ToolJson.Default.CompletionsView, () =>
            call.Report.WriteLine(script)
        );
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>A script as --json shows it.</summary>
internal sealed record CompletionsView(string Shell, string Script);
