namespace Notify.FakeGateways.WebPush;

/// <summary>A message as the browser got it.</summary>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="TimeToLive">The header TTL in seconds.</param>
/// <param name="Urgency">The header Urgency; null without.</param>
/// <param name="Topic">The header Topic; null without.</param>
/// <param name="CachePolicy">The header X-WNS-Cache-Policy; null without.</param>
/// <param name="Authorization">The header Authorization.</param>
/// <param name="Protocol">Such as HTTP/2.</param>
/// <param name="BodyLength">The encrypted body's length in bytes.</param>
/// <param name="Plaintext">What it says.</param>
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
