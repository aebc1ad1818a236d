namespace Notify.Providers.Mail.Callbacks;

/// <summary>An event as a mail vendor reports it.</summary>
internal sealed record VendorEvent
{
    /// <summary>Gets the reference to the delivery, as the email carried it; null if the email is not one of Notify.</summary>
    public required string? Reference { get; init; }

    /// <summary>Gets the addresses that the event is about; empty if the vendor does not tell.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    public required ReceiptKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the vendor's id of the event, which is the same when it is reported again.</summary>
    public required string Id { get; init; }

    public string? Detail { get; init; }

    public bool IsOptOut { get; init; }
}
