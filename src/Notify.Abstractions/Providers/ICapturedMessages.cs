using System.Text.Json;

namespace Notify.Providers;

/// <summary>
/// Messages that a provider captured instead of sending them, with a page that shows them. If the application registers this
/// service, <c>MapNotifications()</c> of Notify.Hosting maps the page at <c>/</c>, the messages at <c>/v1/sandbox/messages</c>
/// and the stream at <c>/v1/sandbox/messages/stream</c>. A package can thereby add its page without a reference to ASP.NET Core.
/// </summary>
public interface ICapturedMessages
{
    /// <summary>
    /// Gets the page, a complete HTML document. Its content security policy permits only a single inline script, inline styles,
    /// images in <c>data:</c> URLs, and requests to the same origin. It loads the messages from the relative URLs
    /// <c>v1/sandbox/messages</c> and <c>v1/sandbox/messages/stream</c>.
    /// </summary>
    string Page { get; }

    /// <summary>Reads a page of the captured messages, newest first.</summary>
    /// <param name="tenant">The tenant whose messages to read; null for all tenants.</param>
    /// <param name="before">
    /// The <see cref="CapturedMessagePage.Last"/> of the previous page; <see cref="long.MaxValue"/> for the first page.
    /// </param>
    /// <param name="limit">The maximum number of messages.</param>
    CapturedMessagePage Read(string? tenant, long before, int limit);

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

/// <summary>A page of captured messages.</summary>
public sealed record CapturedMessagePage
{
    /// <summary>Gets the messages: a JSON array.</summary>
    public required JsonElement Items { get; init; }

    /// <summary>Gets the number before which the next page begins; null if no message follows.</summary>
    public long? Last { get; init; }
}
