using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>The headers of a request (Apple, "Sending notification requests to APNs").</summary>
internal readonly record struct ApnsHeaders(string PushType, string Topic, string Priority, string Expiration, string? CollapseId)
{
    private const string PushTypeName = "apns-push-type";
    private const string TopicName = "apns-topic";
    private const string PriorityName = "apns-priority";
    private const string ExpirationName = "apns-expiration";
    private const string CollapseIdName = "apns-collapse-id";

    private const string Immediate = "10";
    private const string PowerSaving = "5";

    /// <summary>APNs tries to deliver the notification once and does not store it.</summary>
    private const string NeverStored = "0";

    private const int MaxCollapseIdBytes = 64;

    /// <summary>Creates the headers for a delivery.</summary>
    /// <param name="delivery">The delivery to send.</param>
    /// <param name="bundleId">The bundle id of the app that receives it.</param>
    /// <param name="overrides">The headers that the content overrides, or null.</param>
    public static ApnsHeaders Create(Delivery delivery, string bundleId, JsonElement? overrides)
    {
        var type = ChooseType(delivery.Content, overrides);
        return new ApnsHeaders(
            type,
            FindOverride(overrides, TopicName) ?? bundleId + Apns.PushType.GetTopicSuffix(type),
            FindOverride(overrides, PriorityName) ?? ChoosePriority(delivery, type),
            FindOverride(overrides, ExpirationName) ?? FormatExpiration(delivery, type),
            FindOverride(overrides, CollapseIdName) ?? FormatCollapseId(delivery.CollapseKey)
        );
    }

    /// <summary>Chooses the push type for content.</summary>
    /// <param name="content">The content to send.</param>
    /// <param name="overrides">The headers that the content overrides, or null.</param>
    /// <remarks>
    /// A badge is visible, so Apple does not allow a background push to change it ("Pushing background updates to your App"). A
    /// badge is sent as an alert, with or without <see cref="PushContent.IsSilent"/>.
    /// </remarks>
    public static string ChooseType(Content content, JsonElement? overrides) =>
        FindOverride(overrides, PushTypeName)
        ?? (content.Push is { IsSilent: true, Badge: null } ? Apns.PushType.Background : Apns.PushType.Alert);

    public void AddTo(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation(PushTypeName, PushType);
        request.Headers.TryAddWithoutValidation(TopicName, Topic);
        request.Headers.TryAddWithoutValidation(PriorityName, Priority);
        request.Headers.TryAddWithoutValidation(ExpirationName, Expiration);
        if (CollapseId is not null)
            request.Headers.TryAddWithoutValidation(CollapseIdName, CollapseId);
    }

    // APNs refuses priority 10 for a push that shows nothing.
    private static string ChoosePriority(Delivery delivery, string type)
    {
        var canWait = delivery.Priority == Notify.Priority.Bulk && !Apns.PushType.IsMomentary(type);
        return canWait || type == Apns.PushType.Background ? PowerSaving : Immediate;
    }

    private static string FormatExpiration(Delivery delivery, string type) =>
        Apns.PushType.IsMomentary(type)
            ? NeverStored
            : delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    // A key that is too long or contains characters that a header cannot carry is replaced by its hash. Equal keys have equal
    // hashes, so they still collapse.
    private static string? FormatCollapseId(string? key) =>
        key is null || (key.Length <= MaxCollapseIdBytes && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            ? key
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string? FindOverride(JsonElement? overrides, string name) =>
        overrides is { } headers && headers.TryGetProperty(name, out var value) ? ReadText(value) : null;

    /// <summary>Reads the value of a header. Returns null if it is neither a string nor a number.</summary>
    public static string? ReadText(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
}
