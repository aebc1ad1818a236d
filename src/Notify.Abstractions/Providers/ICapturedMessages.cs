using System.Text.Json;

namespace Notify.Providers;

/// <summary>
/// Messages that a provider captured instead of sending them. If the application registers this service,
/// <c>MapNotifications()</c> of Notify.Hosting lists the messages at <c>/v1/sandbox/messages</c> and streams them at
/// <c>/v1/sandbox/messages/stream</c>, and the dashboard shows them. Neither package needs a reference to the one that captures.
/// </summary>
public interface ICapturedMessages
{
    /// <summary>Reads a page of the captured messages, newest first.</summary>
    /// <param name="query">The messages to read.</param>
    CapturedMessagePage Read(CapturedMessageQuery query);

    /// <summary>Removes the captured messages of a tenant. Their notifications and deliveries stay in the store.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>The number of messages that were removed.</returns>
    int Clear(string tenant);

    /// <summary>
    /// Gets the answer to the messages of each channel whose messages are always captured. Test notifications have the answers of
    /// their addresses instead.
    /// </summary>
    IReadOnlyDictionary<Channel, CapturedAnswer> Answers { get; }

    /// <summary>
    /// Answers the messages of a channel as a vendor would, so that an application sees retries, open circuits and dead letters.
    /// The answer applies to all tenants, in this process, until it is changed or the process ends.
    /// </summary>
    /// <param name="channel">One of the channels of <see cref="Answers"/>.</param>
    /// <param name="answer">The answer to each message from now on.</param>
    /// <exception cref="ArgumentException">The messages of <paramref name="channel"/> are not captured.</exception>
    void SetAnswer(Channel channel, CapturedAnswer answer);

    /// <summary>
    /// Streams the messages that are captured after this call. To receive all messages, a client opens the stream before it reads
    /// the list.
    /// </summary>
    /// <param name="tenant">The tenant whose messages to stream; null for all tenants.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Each message as a JSON object without line breaks. All streams may share the string.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. The enumeration throws this exception.
    /// </exception>
    IAsyncEnumerable<string> WatchAsync(string? tenant, CancellationToken cancellationToken);
}

/// <summary>A query for captured messages.</summary>
public sealed record CapturedMessageQuery
{
    /// <summary>Gets the tenant whose messages to read. The default is null, which reads those of all tenants.</summary>
    public string? Tenant { get; init; }

    /// <summary>Gets the only channel to include. The default is null, which includes every channel.</summary>
    public Channel? Channel { get; init; }

    /// <summary>
    /// Gets a part of the address, or of the ID of the user, regardless of case. The default is null, which includes every
    /// recipient.
    /// </summary>
    public string? Recipient { get; init; }

    /// <summary>
    /// Gets a part of the title, of the body, of the HTML or of a value of the data, regardless of case. The default is null,
    /// which includes every content.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>
    /// Gets the <see cref="CapturedMessagePage.Last"/> of the previous page. The default is <see cref="long.MaxValue"/>, which
    /// reads the first page.
    /// </summary>
    public long Before { get; init; } = long.MaxValue;

    /// <summary>Gets the maximum number of messages. The default is 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Returns the name of the type, because the filters may contain an address.</summary>
    public override string ToString() => nameof(CapturedMessageQuery);
}

/// <summary>A page of captured messages.</summary>
public sealed record CapturedMessagePage
{
    /// <summary>
    /// Gets the messages: a JSON array of objects with at least <c>sequence</c>, <c>deliveryId</c>, <c>notificationId</c>,
    /// <c>channel</c>, <c>address</c>, <c>capturedAt</c> and <c>content</c>, in the form of the HTTP API.
    /// </summary>
    public required JsonElement Items { get; init; }

    /// <summary>Gets the number before which the next page begins; null if no message follows.</summary>
    public long? Last { get; init; }
}
