using System.Text.Json.Serialization;

namespace Notify.Providers.WebPush;

/// <summary>
/// The JSON form of subscriptions and tokens. Duplicate members and null in place of a required value are errors.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(SubscriptionJson))]
[JsonSerializable(typeof(VapidClaims))]
internal sealed partial class WebPushJson : JsonSerializerContext;

/// <summary>The members that are read from <c>PushSubscription.toJSON()</c> (W3C, "Push API", section 8).</summary>
internal sealed record SubscriptionJson(string Endpoint, SubscriptionKeysJson Keys);

/// <summary>The keys of a subscription in base64url.</summary>
internal sealed record SubscriptionKeysJson(string P256dh, string Auth);
