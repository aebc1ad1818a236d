using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Notify.Cli.Output;

/// <summary>
/// Writes results: as JSON with --json, as tables on a terminal, and otherwise as plain lines whose cells are separated by tabs.
/// Notes and progress go to the standard error, so that they never mix with results.
/// </summary>
internal sealed class Report
{
    private readonly ToolEnvironment _environment;
    private readonly Lazy<IAnsiConsole> _output;
    private readonly Lazy<IAnsiConsole> _error;

    public Report(ToolEnvironment environment, bool isJson)
    {
        _environment = environment;
        IsJson = isJson;
        _output = new(() => CreateConsole(environment.Output, environment.IsOutputTerminal));
        _error = new(() => CreateConsole(environment.Error, environment.IsErrorTerminal));
    }

    public bool IsJson { get; }

    /// <summary>Gets the terminal for progress; null if nobody looks at it.</summary>
    public IAnsiConsole? ProgressConsole => _environment.IsErrorTerminal && !IsJson ? _error.Value : null;

    /// <summary>Gets the terminal for questions.</summary>
    public IAnsiConsole QuestionConsole => _error.Value;

    /// <summary>Writes a result.</summary>
    /// <param name="view">What --json shows, on one line.</param>
    /// <param name="type">The JSON metadata of the view.</param>
    /// <param name="writeText">Writes the result for people.</param>
    public void Write<TView>(TView view, JsonTypeInfo<TView> type, Action writeText)
    {
        if (IsJson)
            _environment.Output.WriteLine(JsonText.Write(view, type));
        else
            writeText();
    }

    /// <summary>Writes a line of a result.</summary>
    public void WriteLine(string line) => _environment.Output.WriteLine(line);

    /// <summary>Writes a line about the progress or the next step; nothing with --json.</summary>
    public void WriteNote(string line)
    {
        if (!IsJson)
            _environment.Error.WriteLine(line);
    }

    /// <summary>Writes a table.</summary>
    public void WriteTable(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!_environment.IsOutputTerminal)
        {
            foreach (var row in rows)
                WriteLine(string.Join('\t', row.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' '))));
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in header)
            table.AddColumn(new TableColumn(new Text(column)));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        _output.Value.Write(table);
    }

    private IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = isTerminal && _environment.HasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = isTerminal && _environment.IsInputTerminal ? InteractionSupport.Yes : InteractionSupport.No,
                Out = new AnsiConsoleOutput(writer),
            }
        );
}
