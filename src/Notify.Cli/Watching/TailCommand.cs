using System.CommandLine;
using System.Globalization;
using System.Text;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Watching;

/// <summary><c>notify tail</c>: shows events while they happen.</summary>
internal static class TailCommand
{
    private static readonly Option<string[]> Types = ToolOptions.Texts(
        "--type",
        "A type of events to show, such as delivery.failed or receipt.*. May be repeated. Without it, all types.",
        "type"
    );

    private static readonly Option<int?> Count = ToolOptions.OptionalNumber(
        "--count",
        "End after this number of events.",
        1,
        int.MaxValue
    );

    public static Command Create() =>
        new Command("tail", "Shows events while they happen, until Ctrl+C. With --json, one event per line.")
        {
            Types,
            Count,
        }.Run(TailAsync);

    private static async Task<int> TailAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        foreach (var type in call.Get(Types).Where(type => !NotifyEventTypes.IsPattern(type)))
            throw ToolException.CreateUsage(
                $"--type: '{type}' is not a type of events. Use one such as delivery.sent or delivery.*."
            );

        // A connection that breaks off is opened again behind the last event.
        var watch = new EventWatch { Tenant = call.Tenant, Types = call.Get(Types) };
        var left = call.Get(Count) ?? int.MaxValue;
        var isConnected = false;
        await foreach (var watched in session.Events.WatchAsync(watch, cancellationToken).ConfigureAwait(false))
        {
            if (!isConnected)
                call.Report.WriteNote("Connected. Ctrl+C ends.");
            isConnected = true;
            if (watched.HasMissed)
                call.Report.WriteNote($"{watched.Missed?.ToString(CultureInfo.InvariantCulture) ?? "Some"} events were missed.");
            if (watched.Event is not { } happened)
                continue;
            call.Report.WriteLine(call.Report.IsJson ? Encoding.UTF8.GetString(happened.ToUtf8Json().Span) : Format(happened));
            if (--left == 0)
                break;
        }

        return ExitCode.Done;
    }

    private static string Format(NotifyEvent happened)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{happened.OccurredAt:yyyy-MM-dd HH:mm:ss}Z  {happened.Type, -22}"
        );
        return $"{line}  {Describe(happened.Data)}".TrimEnd();
    }

    private static string Describe(NotifyEventData data) =>
        data switch
        {
            DeliveryEventData delivery => Join(
                $"{delivery.NotificationId}",
                delivery.Channel.Name,
                delivery.Provider,
                delivery.User is { } user ? $"user {user}" : null,
                delivery.Reason
            ),
            NotificationAcceptedData accepted => Join(
                $"{accepted.NotificationId}",
                accepted.User is { } user ? $"user {user}" : null,
                accepted.Template is { } template ? $"template {template}" : null,
                $"{accepted.Deliveries} deliveries",
                accepted.Topics > 0 ? $"{accepted.Topics} topics" : null
            ),
            NotificationCancelledData cancelled => Join($"{cancelled.NotificationId}", $"{cancelled.Cancelled} deliveries"),
            ReceiptEventData receipt => Join(
                $"{receipt.NotificationId ?? receipt.DeliveryId}",
                receipt.Channel?.Name,
                receipt.Detail
            ),
            DeviceEventData device => Join(device.DeviceId, device.User is { } user ? $"user {user}" : null, device.Reason),
            InboxEventData inbox => $"user {inbox.User}",
            _ => "",
        };

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var line = new StringBuilder();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part))
                line.Append(line.Length > 0 ? ", " : "").Append(part);
        }

        return line.ToString();
    }
}
