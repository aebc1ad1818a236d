using System.Text;

namespace Notify.Load.Wire;

/// <summary>The answer that a sink gives to all requests.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body, or null for none.</param>
internal sealed record SinkAnswer(int Status, string? Json = null)
{
    /// <summary>A header that the vendor sends in addition to the usual ones.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>
    /// Whether the request is a message. False for any other request that a client makes, such as one for an access token.
    /// </summary>
    public bool IsMessage { get; init; } = true;

    public ReadOnlyMemory<byte> Body { get; } = Encoding.UTF8.GetBytes(Json ?? "");
}
