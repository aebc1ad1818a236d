namespace Notify.Providers.Smtp.Mime;

/// <summary>A delivery that can be written as an email.</summary>
/// <param name="Delivery">What it says.</param>
/// <param name="To">Whom it goes to.</param>
/// <param name="Sender">Where bounces go: the sender of the transaction, which readers never see.</param>
/// <param name="MessageId">The same over all attempts, so that a mailbox can recognise a message that was sent twice.</param>
/// <param name="Mailboxes">Whom it names beside <paramref name="To"/>, and who gets a copy.</param>
internal sealed record Email(Delivery Delivery, EmailAddress To, string Sender, string MessageId, EmailMailboxes Mailboxes)
{
    /// <summary>The addresses that get a copy, each once and without <see cref="To"/>.</summary>
    public IReadOnlyList<string> Copies { get; } = Mailboxes.FindCopies(To);

    public bool NeedsUtf8 => To.NeedsUtf8 || Mailboxes.NeedsUtf8;
}
