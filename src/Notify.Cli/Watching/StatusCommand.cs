using System.CommandLine;
using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Watching;

/// <summary><c>notify status</c>: shows what became of a notification.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly Argument<Guid> Id = ToolOptions.Id("id", "The ID of the notification.");
    private static readonly Option<bool> Wait = ToolOptions.Flag("--wait", "Wait until everything has ended.");

    public static Command Create() =>
        new Command("status", "Shows what became of a notification. The exit code is 1 if nothing could be sent.")
        {
            Id,
            Wait,
        }.Run(ShowAsync);

    private static async Task<int> ShowAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken) =>
        call.Get(Wait)
            ? await WaitAsync(call, session, call.Get(Id), cancellationToken).ConfigureAwait(false)
            : Write(call, await FindAsync(call, session, call.Get(Id), cancellationToken).ConfigureAwait(false));

    /// <summary>Waits until everything of a notification has ended, and shows it.</summary>
    public static async Task<int> WaitAsync(ToolCall call, ServiceSession session, Guid id, CancellationToken cancellationToken)
    {
        var ended = await ProgressBar
            .RunAsync(call, "Sending", "deliveries", async bar =>
            {
                while (true)
                {
                    var timeline = await FindAsync(call, session, id, cancellationToken).ConfigureAwait(false);
                    var pending = timeline.Counts.GetValueOrDefault(DeliveryState.Pending);
                    var total = timeline.Counts.Values.Sum();
                    bar.Set(total - pending, total);
                    if (timeline.Status is not (NotificationStatus.InProgress or NotificationStatus.Scheduled))
                        return timeline;
                    await Task.Delay(Interval, call.Time, cancellationToken).ConfigureAwait(false);
                }
            })
            .ConfigureAwait(false);
        return Write(call, ended);
    }

    private static async Task<NotificationTimeline> FindAsync(
        ToolCall call,
        ServiceSession session,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        await session.Queries.FindAsync(call.Tenant, id, null, cancellationToken).ConfigureAwait(false)
        ?? throw ToolException.CreateNotFound("notification", id);

    private static int Write(ToolCall call, NotificationTimeline timeline)
    {
        var view = StatusView.Create(timeline);
        call.Report.Write(view, ToolJson.Default.StatusView, () => WriteText(call.Report, view));
        return timeline.Status == NotificationStatus.Failed ? ExitCode.DoneWithFailures : ExitCode.Done;
    }

    private static void WriteText(Report report, StatusView view)
    {
        report.WriteLine($"{view.Id}: {view.Status}, accepted {Format(view.AcceptedAt)}");
        report.WriteLine(string.Join(", ", view.Counts.Select(count => $"{count.Value} {count.Key}")));
        report.WriteTable(
            ["Delivery", "Channel", "Provider", "State", "Attempts", "Next", "Reason"],
            view.Deliveries.Select(delivery =>
                (IReadOnlyList<string>)
                    [
                        $"{delivery.Id}",
                        delivery.Channel,
                        delivery.Provider,
                        delivery.State,
                        delivery.Attempts.ToString(CultureInfo.InvariantCulture),
                        delivery.DueAt is { } due ? Format(due) : "",
                        delivery.Reason ?? "",
                    ]
            )
        );
        if (view.HasMore)
            report.WriteNote("Only the first deliveries are shown.");
    }

    public static string Format(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>A notification as --json shows it. Like the tool's other output, it has no address and no content.</summary>
internal sealed record StatusView(
    Guid Id,
    string Status,
    DateTimeOffset AcceptedAt,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<DeliveryView> Deliveries,
    bool HasMore
)
{
    public static StatusView Create(NotificationTimeline timeline) =>
        new(
            timeline.Notification.Id,
            EnumNames.Get(timeline.Status),
            timeline.Notification.AcceptedAt,
            timeline.Counts.Where(count => count.Value > 0).ToDictionary(count => EnumNames.Get(count.Key), count => count.Value),
            [.. timeline.Deliveries.Items.Select(DeliveryView.Create)],
            timeline.Deliveries.Next is not null
        );
}

/// <summary>A delivery as --json shows it.</summary>
internal sealed record DeliveryView(
    Guid Id,
    Guid NotificationId,
    string? User,
    string Channel,
    string Provider,
    string State,
    int Attempts,
    DateTimeOffset? DueAt,
    DateTimeOffset? EndedAt,
    string? Reason
)
{
    public static DeliveryView Create(DeliveryRecord record) =>
        new(
            record.Delivery.Id,
            record.Delivery.NotificationId,
            record.Delivery.UserId,
            record.Delivery.Channel.Name,
            record.Delivery.Provider,
            EnumNames.Get(record.State),
            record.Attempts.Count,
            record.DueAt,
            record.EndedAt,
            record.Reason
        );
}
