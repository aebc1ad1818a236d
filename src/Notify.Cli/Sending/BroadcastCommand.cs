using System.CommandLine;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Sending;

/// <summary><c>notify broadcast</c>: sends to all subscribers of a topic and shows the progress.</summary>
internal static class BroadcastCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly Option<string?> Topic = ToolOptions.Text("--topic", "The topic. Required.", "name");
    private static readonly Option<bool> NoWait = ToolOptions.Flag("--no-wait", "Do not wait and show the progress.");
    private static readonly Argument<Guid> Id = ToolOptions.Id("id", "The ID of the notification.");
    private static readonly TriggerOptions Options = new();

    public static Command Create() =>
        Options
            .AddTo(
                new Command("broadcast", "Sends to all subscribers of a topic, and shows how far it is.")
                {
                    Topic,
                    NoWait,
                    new Command("watch", "Shows how far a broadcast is, until it has ended.") { Id }.Run(WatchAsync),
                    new Command("pause", "Pauses a broadcast. Deliveries that exist are sent.") { Id }.Run(PauseAsync),
                    new Command("resume", "Resumes a broadcast that is paused.") { Id }.Run(ResumeAsync),
                }
            )
            .Run(SendAsync);

    private static async Task<int> SendAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var topic = call.Get(Topic)
            ?? throw ToolException.CreateUsage("--topic is required: the topic to whose subscribers to send.");
        var trigger = await Options.CreateAsync(call, Recipient.Topic(topic), cancellationToken).ConfigureAwait(false);
        var result = await session.Notifier.TriggerAsync(trigger, cancellationToken).ConfigureAwait(false);
        call.Report.WriteNote(
            $"Accepted as {result.Id}. It goes on if this command ends; 'notify broadcast pause {result.Id}' pauses it."
        );
        return call.Get(NoWait)
            ? Write(call, await FindAsync(call, session, result.Id, cancellationToken).ConfigureAwait(false))
            : await WaitAsync(call, session, result.Id, cancellationToken).ConfigureAwait(false);
    }

    private static Task<int> WatchAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken) =>
        WaitAsync(call, session, call.Get(Id), cancellationToken);

    private static async Task<int> PauseAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken) =>
        Write(
            call,
            await session.Broadcasts.PauseAsync(call.Tenant, call.Get(Id), cancellationToken).ConfigureAwait(false)
                ?? throw CreateNotFound(call.Get(Id))
        );

    private static async Task<int> ResumeAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken) =>
        Write(
            call,
            await session.Broadcasts.ResumeAsync(call.Tenant, call.Get(Id), cancellationToken).ConfigureAwait(false)
                ?? throw CreateNotFound(call.Get(Id))
        );

    private static async Task<int> WaitAsync(ToolCall call, ServiceSession session, Guid id, CancellationToken cancellationToken)
    {
        var ended = await ProgressBar
            .RunAsync(call, "Broadcasting", "subscribers", async bar =>
            {
                while (true)
                {
                    var broadcast = await FindAsync(call, session, id, cancellationToken).ConfigureAwait(false);
                    var view = BroadcastView.Create(broadcast);
                    bar.Set(view.Done, view.Total, broadcast.PausedAt is null ? "" : "paused");
                    if (broadcast.HasEnded)
                        return broadcast;
                    await Task.Delay(Interval, call.Time, cancellationToken).ConfigureAwait(false);
                }
            })
            .ConfigureAwait(false);
        return Write(call, ended);
    }

    private static async Task<Broadcast> FindAsync(
        ToolCall call,
        ServiceSession session,
        Guid id,
        CancellationToken cancellationToken
    ) => await session.Broadcasts.FindAsync(call.Tenant, id, cancellationToken).ConfigureAwait(false) ?? throw CreateNotFound(id);

    private static ToolException CreateNotFound(Guid id) => ToolException.CreateNotFound("broadcast", id);

    private static int Write(ToolCall call, Broadcast broadcast)
    {
        var view = BroadcastView.Create(broadcast);
        call.Report.Write(view, ToolJson.Default.BroadcastView, () =>
            call.Report.WriteLine($"{view.Id}: {view.State}, {view.Done} of {view.Total} subscribers")
        );
        foreach (var failed in broadcast.Expansions.Where(expansion => expansion.IsDeadLetter))
            call.Report.WriteNote($"The topic {failed.Topic} ended early: {failed.Reason}");
        return broadcast.Expansions.Any(expansion => expansion.IsDeadLetter) ? ExitCode.DoneWithFailures : ExitCode.Done;
    }
}

/// <summary>A broadcast as --json shows it.</summary>
internal sealed record BroadcastView(Guid Id, string State, long Done, long Total)
{
    public static BroadcastView Create(Broadcast broadcast) =>
        new(
            broadcast.Id,
            broadcast.HasEnded ? "ended"
                : broadcast.PausedAt is null ? "running"
                : "paused",
            broadcast.Expansions.Sum(expansion => expansion.Done),
            broadcast.Expansions.Sum(expansion => expansion.Total)
        );
}
