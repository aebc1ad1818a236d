using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Notify.Core.Recipients;
using Notify.Providers;

namespace Notify.Core.Tracking;

/// <summary>
/// Puts tracked links and the image for opens into the HTML of an email, immediately before an attempt. The stored content
/// stays as it is and is shared by all deliveries; only the text that the provider gets is a copy.
/// </summary>
internal sealed class MessageTracker(
    TrackingCatalog catalog,
    TrackingTokens tokens,
    IOptions<UnsubscribeOptions> unsubscribing,
    IOptions<PreferencePageOptions> preferences,
    UnsubscribeLinksAdded? unsubscribeAdded = null,
    PreferencePageAdded? preferencesAdded = null
)
{
    /// <summary>The parsed HTML of contents that are in use. The deliveries of a fan-out share the text.</summary>
    private readonly ConditionalWeakTable<string, TrackedHtml> _parsed = [];

    /// <summary>Gets the beginnings of the links that recipients use to decide what they get. They are never tracked.</summary>
    private readonly string[] _untracked =
    [
        .. new[]
        {
            unsubscribeAdded is null ? null : unsubscribing.Value.Url,
            preferencesAdded is null ? null : preferences.Value.Url,
        }
            .OfType<Uri>()
            .Select(url => url.AbsoluteUri.TrimEnd('/') + '/'),
        tokens.Url,
    ];

    /// <summary>Gets the delivery for an attempt: the same one unless its tenant tracks its email.</summary>
    public ValueTask<Delivery> PrepareAsync(Delivery delivery, CancellationToken cancellationToken) =>
        !tokens.IsAdded || delivery.Channel != Channel.Email || delivery.Content is not { Html: not null, Track: not false }
            ? new(delivery)
            : TrackAsync(delivery, cancellationToken);

    private async ValueTask<Delivery> TrackAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var settings = await catalog.GetCachedAsync(delivery.Tenant, cancellationToken).ConfigureAwait(false);
        if (!settings.Opens && !settings.Clicks)
            return delivery;

        var html = _parsed.GetValue(delivery.Content.Html!, TrackedHtml.Parse);
        if (html.IsOff)
            return delivery;

        var written = html.Write(
            (place, target) => settings.Clicks && IsTracked(target) ? tokens.CreateLink(delivery, place, target) : null,
            settings.Opens ? tokens.CreateImage(delivery) : null
        );
        return delivery with { Content = delivery.Content with { Html = written } };
    }

    private bool IsTracked(Uri target) =>
        !Array.Exists(_untracked, start => target.AbsoluteUri.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
