namespace Notify.Client.Answers;

/// <summary>The answer to a trigger, and the result of a line of a stream.</summary>
internal sealed record AcceptedAnswer
{
    public long Line { get; init; }

    public int Status { get; init; }

    public Guid Id { get; init; }

    public bool Duplicate { get; init; }

    public IReadOnlyList<SkippedAnswer>? Skipped { get; init; }

    public int SkippedTotal { get; init; }

    public string? Code { get; init; }

    public string? Detail { get; init; }

    public Guid? ExistingId { get; init; }

    public IReadOnlyList<FieldErrorAnswer>? Errors { get; init; }

    /// <summary>Gets whether the service ended the stream with this line.</summary>
    public bool Ended { get; init; }

    /// <summary>Gets whether the service accepted the trigger of the line.</summary>
    public bool IsAccepted => Status is >= 200 and < 300 && Id != Guid.Empty;

    /// <summary>Creates the result.</summary>
    /// <param name="isRepeatable">
    /// Whether the caller set the idempotency key. If the client made it, a duplicate is a repetition by the client.
    /// </param>
    public TriggerResult CreateResult(bool isRepeatable) =>
        new(Id, Duplicate && isRepeatable)
        {
            Skipped = [.. (Skipped ?? []).Select(skipped => skipped.CreateSkipped())],
            SkippedTotal = SkippedTotal,
        };
}

/// <summary>A recipient that gets nothing.</summary>
internal sealed record SkippedAnswer(SkippedRecipientAnswer Recipient, Channel? Channel, string Code, string Reason)
{
    public SkippedRecipient CreateSkipped() =>
        new()
        {
            Recipient = Recipient.CreateRecipient(),
            Channel = Channel,
            Code = Code,
            Reason = Reason,
        };
}

/// <summary>The recipient, with one of its members. The token of a device is shortened.</summary>
internal sealed record SkippedRecipientAnswer
{
    public string? User { get; init; }

    public string? Topic { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Webhook { get; init; }

    public string? PushToken { get; init; }

    public Platform? Platform { get; init; }

    public Channel? Channel { get; init; }

    public string? Address { get; init; }

    public Recipient CreateRecipient() =>
        this switch
        {
            { User: { } user } => Recipient.User(user),
            { Topic: { } topic } => Recipient.Topic(topic),
            { Email: { } email } => Recipient.Email(email),
            { Phone: { } phone } => Recipient.Phone(phone),
            { Webhook: { } webhook } => Recipient.Webhook(webhook),
            { PushToken: { } token, Platform: { } platform } => Recipient.PushToken(token, platform),
            _ => Recipient.Address(Channel ?? Notify.Channel.None, Address ?? ""),
        };
}
