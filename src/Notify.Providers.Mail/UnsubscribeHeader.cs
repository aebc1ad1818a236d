namespace Notify.Providers.Mail;

/// <summary>The header for unsubscribing with one click in a mail program (RFC 8058).</summary>
public static class UnsubscribeHeader
{
    /// <summary>A line has at most 998 characters (RFC 5322 section 2.1.1), and a link cannot be folded.</summary>
    private const int MaxLinkLength = 970;

    /// <summary>Finds the link for a delivery; null when there is none, or when it does not fit into one line.</summary>
    /// <param name="links">The application's links.</param>
    /// <param name="delivery">The delivery.</param>
    public static string? FindLink(IUnsubscribeLinks links, Delivery delivery) =>
        links.CreateLink(delivery)?.AbsoluteUri is { Length: <= MaxLinkLength } link ? link : null;
}
