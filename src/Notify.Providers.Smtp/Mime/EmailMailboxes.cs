namespace Notify.Providers.Smtp.Mime;

/// <summary>The parsed mailboxes of an email's content.</summary>
internal sealed record EmailMailboxes(
    IReadOnlyList<NamedAddress> ReplyTo,
    IReadOnlyList<NamedAddress> Cc,
    IReadOnlyList<NamedAddress> Bcc
)
{
    private static readonly EmailMailboxes None = new([], [], []);

    /// <summary>Gets whether one of them can be written only in UTF-8.</summary>
    public bool NeedsUtf8 => ReplyTo.Concat(Cc).Concat(Bcc).Any(mailbox => mailbox.Address.NeedsUtf8);

    /// <summary>Parses the mailboxes of validated content.</summary>
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
                    : throw new ArgumentException("The content must be validated first.", nameof(mailboxes))
            ),
        ];
}

/// <summary>An address and its display name; null for no name.</summary>
internal sealed record NamedAddress(EmailAddress Address, string? Name);
