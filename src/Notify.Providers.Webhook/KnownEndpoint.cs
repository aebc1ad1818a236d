namespace Notify.Providers.Webhook;

/// <summary>What messages to an endpoint need. It is kept, because parsing a URL takes longer than signing a message.</summary>
/// <param name="Url">The URL that is called.</param>
/// <param name="Keys">The keys that sign a message, the current one first.</param>
internal sealed record KnownEndpoint(Uri Url, SigningKey[] Keys);
