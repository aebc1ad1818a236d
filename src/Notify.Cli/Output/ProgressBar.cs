using System.Globalization;
using Notify.Cli.Commands;
using Spectre.Console;

namespace Notify.Cli.Output;

/// <summary>Shows how far something is: a bar on a terminal, and otherwise a line every few seconds.</summary>
internal sealed class ProgressBar
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ToolCall _call;
    private readonly string _unit;
    private readonly ProgressTask? _task;
    private long _lastLine;

    private ProgressBar(ToolCall call, string unit, ProgressTask? task)
    {
        (_call, _unit, _task) = (call, unit, task);
        _lastLine = call.Time.GetTimestamp();
    }

    /// <summary>Shows progress while something runs.</summary>
    /// <param name="call">The call of the command.</param>
    /// <param name="title">What runs.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="run">What to run.</param>
    public static async Task<T> RunAsync<T>(ToolCall call, string title, string unit, Func<ProgressBar, Task<T>> run)
    {
        if (call.Report.ProgressConsole is not { } console)
            return await run(new ProgressBar(call, unit, null)).ConfigureAwait(false);

        return await console
            .Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                new SpinnerColumn()
            )
            .StartAsync(context => run(new ProgressBar(call, unit, context.AddTask(title, maxValue: 1))))
            .ConfigureAwait(false);
    }

    /// <summary>Shows the state.</summary>
    /// <param name="done">The number of items that are done.</param>
    /// <param name="total">The number of all items.</param>
    /// <param name="note">More about the state; empty for nothing.</param>
    public void Set(long done, long total, string note = "")
    {
        if (_task is not null)
        {
            _task.MaxValue = Math.Max(1, total);
            _task.Value = done;
            _task.Description = Markup.Escape(Describe(done, total, note));
        }
        else if (_call.Time.GetElapsedTime(_lastLine) >= Interval)
        {
            _lastLine = _call.Time.GetTimestamp();
            _call.Report.WriteNote(Describe(done, total, note));
        }
    }

    private string Describe(long done, long total, string note) =>
        string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} {_unit}{(note.Length > 0 ? $", {note}" : "")}");
}
