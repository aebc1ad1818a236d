namespace Notify.Providers.Webhook;

/// <summary>
/// An endpoint's parsed URL and its keys. They are cached because parsing and deriving them for each message is slow.
/// </summary>
/// <param name="Url">The URL that is called.</param>
/// <param name="Keys">The keys that sign a message, the current one first.</param>
internal sealed record KnownEndpoint(Uri Url, SigningKey[] Keys);
