using System.Net.Http.Headers;

namespace Notify.Client.Requests;

/// <summary>Creates bodies that are kept as bytes, so that a request can be repeated.</summary>
internal static class JsonBody
{
    public static HttpContent Create(ReadOnlyMemory<byte> bytes, string mediaType)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }
}
