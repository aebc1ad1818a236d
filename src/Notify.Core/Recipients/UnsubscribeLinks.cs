using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Notify.Core.Signing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>
/// Creates and verifies unsubscribe links. A link ends in a token: a signature, followed by the tenant, user, channel and
/// category that it signs. Nothing is stored, so a link in an old email works for as long as its key does, even after its
/// notification was purged.
/// </summary>
internal sealed class UnsubscribeLinks(
    IUserStore users,
    IOptions<UnsubscribeOptions> options,
    IOptions<NotificationsOptions> notifications,
    TimeProvider time,
    UnsubscribeLinksAdded? added = null
) : IUnsubscribeLinks
{
    private const string Purpose = "unsubscribe-2";

    private readonly SignedText? _signed = added is null ? null : new SignedText(Purpose, [options.Value.Key!]);
    private readonly string? _url = added is null ? null : options.Value.Url!.AbsoluteUri.TrimEnd('/') + '/';

    public Uri? CreateLink(Delivery delivery)
    {
        if (_url is null || delivery.UserId is not { } user || IsMandatory(delivery.Category))
            return null;

        return new Uri(_url + _signed!.Create(delivery.Tenant, user, delivery.Channel.Name, delivery.Category));
    }

    public bool IsGenuine(string token) => TryRead(token, out _);

    public async Task<bool> UnsubscribeAsync(string token, CancellationToken cancellationToken = default)
    {
        if (!TryRead(token, out var link))
            return false;

        var unwanted = new Preference
        {
            Category = link.Category,
            Channel = link.Channel,
            Status = PreferenceStatus.OptedOut,
            Source = PreferenceSource.UnsubscribeLink,
            ChangedAt = time.GetUtcNow(),
        };
        await users.UpdateAsync(link.Tenant, link.UserId, OptOut, cancellationToken).ConfigureAwait(false);
        return true;

        UserRecord? OptOut(UserRecord user) =>
            user.With(unwanted) is var changed && ReferenceEquals(changed, user) ? null : changed;
    }

    // Preferences do not apply to a mandatory category, so a link would have no effect.
    private bool IsMandatory(string? category) =>
        category is not null && notifications.Value.MandatoryCategories.Contains(category);

    private bool TryRead(string token, [NotNullWhen(true)] out Link? link)
    {
        link = null;
        if (
            _signed is null
            || !_signed.TryRead(token, out var parts)
            || parts is not [var tenant, var user, var channel, var category]
        )
            return false;

        link = new Link(tenant, user, Channel.Create(channel), category.Length == 0 ? null : category);
        return true;
    }

    private sealed record Link(string Tenant, string UserId, Channel Channel, string? Category);
}

/// <summary>Marks that the application added unsubscribe links, which makes their options required.</summary>
internal sealed class UnsubscribeLinksAdded;
