namespace Notify.Providers.Smtp.Mime;

/// <summary>A delivery that can be written as an email.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="From">The sender that readers see.</param>
/// <param name="To">The recipient.</param>
/// <param name="Sender">The address for bounces: the sender of the SMTP transaction, which readers do not see.</param>
/// <param name="MessageId">The Message-ID. It is the same for all attempts, so that duplicates can be recognized.</param>
/// <param name="Mailboxes">The other addresses that it names or is copied to.</param>
internal sealed record Email(
    Delivery Delivery,
    NamedAddress From,
    EmailAddress To,
    string Sender,
    string MessageId,
    EmailMailboxes Mailboxes
)
{
    /// <summary>Gets the addresses that receive a copy: each once, and without <see cref="To"/>.</summary>
    public IReadOnlyList<string> Copies { get; } = Mailboxes.FindCopies(To);

    public bool NeedsUtf8 => To.NeedsUtf8 || Mailboxes.NeedsUtf8;
}
