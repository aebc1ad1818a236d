using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Notify.Queueing;

namespace Notify.Providers.Apns;

/// <summary>A notification's headers, as Apple's 'Sending notification requests to APNs' defines them.</summary>
internal readonly record struct ApnsHeaders(string PushType, string Topic, string Priority, string Expiration, string? CollapseId)
{
    private const string PushTypeName = "apns-push-type";
    private const string TopicName = "apns-topic";
    private const string PriorityName = "apns-priority";
    private const string ExpirationName = "apns-expiration";
    private const string CollapseIdName = "apns-collapse-id";

    private const string AtOnce = "10";
    private const string SparingPower = "5";

    /// <summary>APNs tries once and keeps nothing.</summary>
    private const string NeverStored = "0";

    private const int MaxCollapseIdBytes = 64;

    /// <param name="delivery">What is sent.</param>
    /// <param name="bundleId">The app it is sent to.</param>
    /// <param name="overrides">What the notification says in place of these; null for nothing.</param>
    public static ApnsHeaders Of(Delivery delivery, string bundleId, JsonElement? overrides)
    {
        // A background push may not change the badge, which is seen: Apple counts it as an alert.
        var type = Overridden(overrides, PushTypeName)
            ?? (delivery.Content.Push is { IsSilent: true, Badge: null } ? Apns.PushType.Background : Apns.PushType.Alert);
        return new ApnsHeaders(
            type,
            Overridden(overrides, TopicName) ?? bundleId + Apns.PushType.TopicSuffix(type),
            Overridden(overrides, PriorityName) ?? PriorityOf(delivery, type),
            Overridden(overrides, ExpirationName) ?? ExpirationOf(delivery, type),
            Overridden(overrides, CollapseIdName) ?? CollapseIdOf(delivery.CollapseKey)
        );
    }

    public void AddTo(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation(PushTypeName, PushType);
        request.Headers.TryAddWithoutValidation(TopicName, Topic);
        request.Headers.TryAddWithoutValidation(PriorityName, Priority);
        request.Headers.TryAddWithoutValidation(ExpirationName, Expiration);
        if (CollapseId is not null)
            request.Headers.TryAddWithoutValidation(CollapseIdName, CollapseId);
    }

    // APNs refuses a background push that asks for 10: it shows nothing that anybody could wait for.
    private static string PriorityOf(Delivery delivery, string type)
    {
        var isBadgeOfSilent = type == Apns.PushType.Alert && delivery.Content.Push is { IsSilent: true };
        var canWait = isBadgeOfSilent || (delivery.Priority == Notify.Priority.Bulk && !Apns.PushType.IsMomentary(type));
        return canWait || type == Apns.PushType.Background ? SparingPower : AtOnce;
    }

    private static string ExpirationOf(Delivery delivery, string type) =>
        Apns.PushType.IsMomentary(type)
            ? NeverStored
            : delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    // What the header cannot carry still collapses with its like, by its hash.
    private static string? CollapseIdOf(string? key) =>
        key is null || (key.Length <= MaxCollapseIdBytes && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            ? key
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string? Overridden(JsonElement? overrides, string name) =>
        overrides is { } headers && headers.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>Gets a header's value; null when it is neither a text nor a number.</summary>
    public static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
}
