namespace Notify.FakeGateways.WebPush;

/// <summary>A message as the browser received it.</summary>
/// <param name="SubscriptionId">The id of the subscription.</param>
/// <param name="TimeToLive">The value of the header TTL, in seconds.</param>
/// <param name="Urgency">The value of the header Urgency, or null without one.</param>
/// <param name="Topic">The value of the header Topic, or null without one.</param>
/// <param name="CachePolicy">The value of the header X-WNS-Cache-Policy, or null without one.</param>
/// <param name="Authorization">The value of the header Authorization.</param>
/// <param name="Protocol">The protocol of the request, such as HTTP/2.</param>
/// <param name="BodyLength">The length of the encrypted body in bytes.</param>
/// <param name="Plaintext">The decrypted text.</param>
public sealed record PushedMessage(
    string SubscriptionId,
    int TimeToLive,
    string? Urgency,
    string? Topic,
    string? CachePolicy,
    string Authorization,
    string Protocol,
    int BodyLength,
    string Plaintext
);
