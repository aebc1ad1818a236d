using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Storage;

namespace Notify.Recipients;

/// <summary>
/// A link ends in a token: a signature, and what it signs, which is the notification, the channel, the tenant and the user. It is
/// not kept anywhere, so a link in an old email works as long as its key does.
/// </summary>
internal sealed class UnsubscribeLinks(
    IUserStore users,
    INotificationStore notifications,
    IOptions<UnsubscribeOptions> options,
    UnsubscribeLinksAdded? added = null
) : IUnsubscribeLinks
{
    private const int SignatureSize = 16;
    private const char Separator = '\u001f';

    private readonly byte[] _key = added is null ? [] : Encoding.UTF8.GetBytes(options.Value.Key!);
    private readonly string? _url = added is null ? null : options.Value.Url!.AbsoluteUri.TrimEnd('/') + '/';

    public Uri? LinkFor(Delivery delivery)
    {
        if (_url is null || delivery.UserId is not { } user)
            return null;

        var signed = Encoding.UTF8.GetBytes(
            string.Join(Separator, delivery.NotificationId.ToString("N"), delivery.Channel, delivery.Tenant, user)
        );
        return new Uri(_url + Base64Url.EncodeToString([.. Sign(signed), .. signed]));
    }

    public bool IsGenuine(string token) => TryRead(token, out _);

    public async Task<bool> UnsubscribeAsync(string token, CancellationToken cancellationToken = default)
    {
        if (!TryRead(token, out var link))
            return false;

        var notification = await notifications
            .FindAsync(link.Tenant, link.NotificationId, cancellationToken)
            .ConfigureAwait(false);
        var unwanted = new Preference(notification?.Trigger.Category, link.Channel, Wanted: false);
        return await users
            .UpdateAsync(link.Tenant, link.UserId, user => user.With(unwanted), cancellationToken)
            .ConfigureAwait(false);
    }

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

        var parts = Encoding.UTF8.GetString(signed).Split(Separator);
        link = new Link(Guid.ParseExact(parts[0], "N"), Channel.Named(parts[1]), parts[2], parts[3]);
        return true;
    }

    private sealed record Link(Guid NotificationId, Channel Channel, string Tenant, string UserId);
}

/// <summary>Tells that the application has unsubscribe links, whose options are then required.</summary>
internal sealed class UnsubscribeLinksAdded;
