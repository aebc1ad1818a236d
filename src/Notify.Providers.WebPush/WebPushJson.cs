using System.Text.Json.Serialization;

namespace Notify.Providers.WebPush;

/// <summary>The JSON of subscriptions and tokens. A member twice, or null where there must be a value, is malformed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(SubscriptionJson))]
[JsonSerializable(typeof(VapidClaims))]
internal sealed partial class WebPushJson : JsonSerializerContext;

/// <summary>What <c>PushSubscription.toJSON()</c> gives (W3C Push API section 8). What else it holds is not needed.</summary>
internal sealed record SubscriptionJson(string Endpoint, SubscriptionKeysJson Keys);

/// <summary>The subscription's keys in base64url.</summary>
internal sealed record SubscriptionKeysJson(string P256dh, string Auth);
