using System.Globalization;
using Notify.Providers;

namespace Notify.Dashboard.Notifications;

/// <summary>The steps of a delivery in the order of time.</summary>
internal static class DeliverySteps
{
    public static IReadOnlyList<DeliveryStep> Create(DeliveryRecord record)
    {
        var steps = new List<DeliveryStep> { new(record.Delivery.AcceptedAt, "quiet", "Accepted", "") };
        steps.AddRange(record.Attempts.Select(Create));
        steps.AddRange(record.Receipts.Select(Create));
        var ordered = steps.OrderBy(step => step.At).ToList();
        if (record is { State: DeliveryState.Pending, IsInFlight: false, DueAt: { } due })
            ordered.Add(new DeliveryStep(due, "info", "Due", $"over {record.Delivery.Provider}"));
        if (record.State == DeliveryState.DeadLetter && ordered[^1].Detail != record.Reason)
            ordered.Add(new DeliveryStep(ordered[^1].At, "bad", "Dead letter", "") { Detail = record.Reason });
        return ordered;
    }

    /// <summary>Describes an address. Tokens of devices are long secrets, so only their ends are shown.</summary>
    public static string DescribeAddress(Address to)
    {
        if (to.Channel != Channel.Push)
            return to.Value;

        var end = to.Value[^Math.Min(6, to.Value.Length)..];
        return to.Platform is { } platform ? $"{platform} …{end}" : $"…{end}";
    }

    private static DeliveryStep Create(Attempt attempt)
    {
        var (tone, title) = attempt.Outcome switch
        {
            OutcomeKind.Sent => ("ok", "Sent"),
            OutcomeKind.Retry => ("warn", "Failed, to be repeated"),
            OutcomeKind.Rejected => ("bad", "Rejected"),
            OutcomeKind.RecipientGone => ("bad", "Recipient gone"),
            OutcomeKind.AnswerLost => ("warn", "Answer lost"),
            _ => ("warn", $"{attempt.Outcome}"),
        };
        var cost = attempt.Cost is { Amount: { } amount, Currency: { } currency }
            ? string.Create(CultureInfo.InvariantCulture, $" for {amount} {currency}")
            : "";
        return new DeliveryStep(attempt.StartedAt, tone, title, $"by {attempt.Provider}{cost}")
        {
            Detail = attempt.Reason ?? attempt.ProviderMessageId,
            Took = attempt.Duration,
        };
    }

    private static DeliveryStep Create(Receipt receipt)
    {
        var tone = receipt.Kind.ProvesArrival && receipt.Kind != ReceiptKind.Complained ? "ok" : "bad";
        var name = receipt.Kind.Name;
        return new DeliveryStep(receipt.At, tone, char.ToUpperInvariant(name[0]) + name[1..], "reported by the vendor")
        {
            Detail = receipt.Detail,
        };
    }
}

/// <summary>A step of a delivery.</summary>
internal sealed record DeliveryStep(DateTimeOffset At, string Tone, string Title, string Text)
{
    /// <summary>Gets the answer of the vendor.</summary>
    public string? Detail { get; init; }

    public TimeSpan? Took { get; init; }
}
