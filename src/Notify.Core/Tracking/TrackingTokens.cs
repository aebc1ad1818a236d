using System.Globalization;
using Microsoft.Extensions.Options;
using Notify.Core.Signing;
using Notify.Providers;

namespace Notify.Core.Tracking;

/// <summary>
/// Creates and reads the links of tracked email. A link contains the tenant, the delivery and its target, which are signed, so it
/// leads only where the email did. Nothing is stored.
/// </summary>
internal sealed class TrackingTokens(IOptions<TrackingOptions> options, TrackingAdded? added = null)
{
    private const string Purpose = "track-1";

    /// <summary>Longer URLs do not work in every mail program, so such links are not tracked.</summary>
    private const int MaxUrlLength = 2_000;

    private const string Open = "";

    private readonly SignedText? _signed = added is null
        ? null
        : new SignedText(Purpose, [options.Value.Key!, .. options.Value.FormerKeys]);

    private readonly string _url = added is null ? "" : options.Value.Url!.AbsoluteUri.TrimEnd('/') + '/';

    public bool IsAdded => _signed is not null;

    /// <summary>Gets the beginning of every link.</summary>
    public string Url => _url;

    public string CreateImage(Delivery delivery) => Create(delivery, Open, "");

    /// <summary>Creates the link to a target; null if it would be too long.</summary>
    public string? CreateLink(Delivery delivery, int place, Uri target) =>
        target.AbsoluteUri.Length < MaxUrlLength
        && Create(delivery, place.ToString(CultureInfo.InvariantCulture), target.AbsoluteUri) is { Length: <= MaxUrlLength } link
            ? link
            : null;

    public TrackedEvent? Read(string token) =>
        _signed is not null && _signed.TryRead(token, out var parts) && parts is [var tenant, var delivery, var place, var target]
            ? new TrackedEvent(tenant, Guid.ParseExact(delivery, "N"), place, target.Length == 0 ? null : new Uri(target))
            : null;

    private string Create(Delivery delivery, string place, string target) =>
        _url + _signed!.Create(delivery.Tenant, delivery.Id.ToString("N"), place, target);
}

/// <summary>What a link of a tracked email is about.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Delivery">The delivery.</param>
/// <param name="Place">The place of the link in the email.</param>
/// <param name="Target">Where it leads; null for the image.</param>
internal sealed record TrackedEvent(string Tenant, Guid Delivery, string Place, Uri? Target);

/// <summary>Marks that the application added tracking, which makes its options required.</summary>
internal sealed class TrackingAdded;
