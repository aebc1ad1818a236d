using System.CommandLine;
using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;
using Notify.Cli.Watching;

namespace Notify.Cli.DeadLetters;

/// <summary><c>notify dead-letters</c>: lists and replays deliveries that ended without being sent.</summary>
internal static class DeadLetterCommands
{
    private const int PageSize = 500;

    private static readonly Option<string[]> Ids = ToolOptions.Texts("--id", "The ID of a delivery. May be repeated.", "id");
    private static readonly Option<string?> Provider = ToolOptions.Text("--provider", "The provider of the delivery.", "name");

    private static readonly Option<string?> Reason = ToolOptions.Text(
        "--reason",
        "A text that the reason contains, in the same case.",
        "text"
    );

    private static readonly Option<DateTimeOffset?> From = ToolOptions.Time("--from", "The time from which deliveries ended.");
    private static readonly Option<DateTimeOffset?> To = ToolOptions.Time("--to", "The time before which deliveries ended.");

    private static readonly Option<int> Limit = ToolOptions.Number(
        "--limit",
        "The maximum number of dead letters to list.",
        1,
        1_000_000,
        100
    );

    private static readonly Option<bool> All = ToolOptions.Flag("--all", "Replay every dead letter of the tenant.");
    private static readonly Option<bool> DryRun = ToolOptions.Flag("--dry-run", "Count them, and replay nothing.");

    private static readonly Option<DateTimeOffset?> ExpiresAt = ToolOptions.Time(
        "--expires-at",
        "The time after which the replayed deliveries are not sent."
    );

    public static Command Create() =>
        new("dead-letters", "Lists and replays deliveries that ended without being sent.")
        {
            new Command("list", "Lists dead letters with the reasons, newest first.")
            {
                Ids,
                Provider,
                Reason,
                From,
                To,
                Limit,
            }.Run(ListAsync),
            new Command("replay", "Makes dead letters due again. Select some, or use --all.")
            {
                Ids,
                Provider,
                Reason,
                From,
                To,
                All,
                DryRun,
                ExpiresAt,
            }.Run(ReplayAsync),
        };

    private static async Task<int> ListAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var filter = CreateFilter(call);
        List<DeliveryView> found = [];
        var total = await session.Queries.CountDeadLettersAsync(filter, cancellationToken).ConfigureAwait(false);
        string? after = "";
        while (after is not null && found.Count < call.Get(Limit))
        {
            var page = new PageRequest { After = after, Limit = Math.Min(PageSize, call.Get(Limit) - found.Count) };
            var dead = await session.Queries.ListDeadLettersAsync(filter, page, cancellationToken).ConfigureAwait(false);
            found.AddRange(dead.Items.Select(DeliveryView.Create));
            after = dead.Next;
        }

        call.Report.Write(new DeadLettersView(total, found), ToolJson.Default.DeadLettersView, () =>
            WriteText(call.Report, total, found)
        );
        return ExitCode.Done;
    }

    private static async Task<int> ReplayAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        Option[] criteria = [Ids, Provider, Reason, From, To];
        if (call.Get(All) == criteria.Any(call.Has))
            throw ToolException.CreateUsage(
                "Select dead letters with --id, --provider, --reason, --from or --to, or replay every one with --all."
            );

        var replay = new DeadLetterReplay
        {
            Filter = CreateFilter(call),
            All = call.Get(All),
            DryRun = call.Get(DryRun),
            ExpiresAt = call.Get(ExpiresAt),
        };
        var result = await session.Queries.ReplayDeadLettersAsync(replay, cancellationToken).ConfigureAwait(false);
        call.Report.Write(new ReplayView(result.Count, replay.DryRun), ToolJson.Default.ReplayView, () =>
            call.Report.WriteLine($"{result.Count} dead letters {(replay.DryRun ? "would be" : "were")} replayed.")
        );
        return ExitCode.Done;
    }

    private static DeadLetterFilter CreateFilter(ToolCall call) =>
        new()
        {
            Tenant = call.Tenant,
            Ids = call.Get(Ids) is { Length: > 0 } ids ? [.. ids.Select(ParseId)] : null,
            Provider = call.Get(Provider),
            Reason = call.Get(Reason),
            From = call.Get(From),
            To = call.Get(To),
        };

    private static Guid ParseId(string text) =>
        Guid.TryParse(text, out var id)
            ? id
            : throw ToolException.CreateUsage(
                $"--id: '{text}' is not an ID. Use one such as 0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04."
            );

    private static void WriteText(Report report, long total, List<DeliveryView> found)
    {
        report.WriteTable(
            ["Ended", "Delivery", "Notification", "Channel", "Provider", "Attempts", "Reason"],
            found.Select(delivery =>
                (IReadOnlyList<string>)
                    [
                        delivery.EndedAt is { } ended ? StatusCommand.Format(ended) : "",
                        $"{delivery.Id}",
                        $"{delivery.NotificationId}",
                        delivery.Channel,
                        delivery.Provider,
                        delivery.Attempts.ToString(CultureInfo.InvariantCulture),
                        delivery.Reason ?? "",
                    ]
            )
        );
        report.WriteNote($"{found.Count} of {total} dead letters.");
    }
}

/// <summary>Dead letters as --json shows them.</summary>
internal sealed record DeadLettersView(long Total, IReadOnlyList<DeliveryView> Items);

/// <summary>The result of a replay as --json shows it.</summary>
internal sealed record ReplayView(long Count, bool DryRun);
