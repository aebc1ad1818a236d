using Notify.Queueing;
using Notify.Recipients;

namespace Notify.Providers.Smtp.Mime;

/// <summary>The header by which mail programs offer to unsubscribe by one click (RFC 8058).</summary>
internal static class UnsubscribeHeader
{
    /// <summary>A line has at most 998 characters (RFC 5322 section 2.1.1), and a link cannot be folded.</summary>
    private const int MaxLinkLength = 970;

    /// <returns>Null when there is no link, or none that a line can hold.</returns>
    public static string? LinkFor(IUnsubscribeLinks links, Delivery delivery) =>
        links.LinkFor(delivery)?.AbsoluteUri is { Length: <= MaxLinkLength } link ? link : null;
}
