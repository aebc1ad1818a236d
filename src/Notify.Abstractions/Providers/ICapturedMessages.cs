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

    /// <summary>Serializes the most recent messages, newest first.</summary>
    /// <returns>A JSON array in UTF-8.</returns>
    byte[] Serialize();

    /// <summary>
    /// Streams the messages that are captured after this call. To receive all messages, a client opens the stream before it reads
    /// the list.
    /// </summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Each message as a JSON object without line breaks. All streams may share the string.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. The enumeration throws this exception.
    /// </exception>
    IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken);
}
