using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
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
    private const int SignatureSize = 16;

    /// <summary>
    /// The first part of the signed text. A token of another version is refused even if its signature is valid.
    /// </summary>
    private const string Version = "unsubscribe-2";

    // Names contain no control characters, so the parts are separated unambiguously.
    private const char Separator = '\u001f';

    private readonly byte[] _key = added is null ? [] : Encoding.UTF8.GetBytes(options.Value.Key!);
    private readonly string? _url = added is null ? null : options.Value.Url!.AbsoluteUri.TrimEnd('/') + '/';

    public Uri? CreateLink(Delivery delivery)
    {
        if (_url is null || delivery.UserId is not { } user || IsMandatory(delivery.Category))
            return null;

        var signed = Encoding.UTF8.GetBytes(
            string.Join(Separator, Version, delivery.Tenant, user, delivery.Channel.Name, delivery.Category)
        );
        return new Uri(_url + Base64Url.EncodeToString([.. Sign(signed), .. signed]));
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

    private byte[] Sign(ReadOnlySpan<byte> signed) => HMACSHA256.HashData(_key, signed)[..SignatureSize];

    private bool TryRead(string token, [NotNullWhen(true)] out Link? link)
    {
        link = null;
        if (_url is null || !Base64Url.IsValid(token))
            return false;

        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= SignatureSize)
            return false;

        var signed = bytes.AsSpan(SignatureSize);
        if (!CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, SignatureSize), Sign(signed)))
            return false;

        if (Encoding.UTF8.GetString(signed).Split(Separator) is not [Version, var tenant, var user, var channel, var category])
            return false;

        link = new Link(tenant, user, Channel.Create(channel), category.Length == 0 ? null : category);
        return true;
    }

    private sealed record Link(string Tenant, string UserId, Channel Channel, string? Category);
}

/// <summary>Marks that the application added unsubscribe links, which makes their options required.</summary>
internal sealed class UnsubscribeLinksAdded;
