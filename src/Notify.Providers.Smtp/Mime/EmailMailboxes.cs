namespace Notify.Providers.Smtp.Mime;

/// <summary>The mailboxes of an email's content, parsed.</summary>
internal sealed record EmailMailboxes(
    IReadOnlyList<NamedAddress> ReplyTo,
    IReadOnlyList<NamedAddress> Cc,
    IReadOnlyList<NamedAddress> Bcc
)
{
    private static readonly EmailMailboxes None = new([], [], []);

    /// <summary>Whether one of them can only be written in UTF-8.</summary>
    public bool NeedsUtf8 => ReplyTo.Concat(Cc).Concat(Bcc).Any(mailbox => mailbox.Address.NeedsUtf8);

    /// <summary>Parses the mailboxes of a content that was validated.</summary>
    public static EmailMailboxes From(EmailContent? email) =>
        email is null ? None : new EmailMailboxes(Parse(email.ReplyTo), Parse(email.Cc), Parse(email.Bcc));

    public IReadOnlyList<string> FindCopies(EmailAddress to)
    {
        if (Cc.Count == 0 && Bcc.Count == 0)
            return [];

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { to.Address };
        return [.. Cc.Concat(Bcc).Select(mailbox => mailbox.Address.Address).Where(seen.Add)];
    }

    private static NamedAddress[] Parse(IReadOnlyList<Mailbox>? mailboxes) =>
        [
            .. (mailboxes ?? []).Select(mailbox =>
                EmailAddress.TryParse(mailbox.Address, out var address)
                    ? new NamedAddress(address, string.IsNullOrWhiteSpace(mailbox.Name) ? null : mailbox.Name)
                    : throw new ArgumentException("The content was not validated.", nameof(mailboxes))
            ),
        ];
}

/// <summary>An address and the name that is shown beside it; null for none.</summary>
internal sealed record NamedAddress(EmailAddress Address, string? Name);
