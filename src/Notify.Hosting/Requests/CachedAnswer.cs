using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Requests;

/// <summary>Creates the few answers that a cache may keep.</summary>
internal static class CachedAnswer
{
    /// <summary>Answers with a body and its <c>ETag</c>, or with 304 if the caller has the same body already.</summary>
    public static IResult Create(HttpContext context, byte[] body, string contentType, string cacheControl)
    {
        context.Response.Headers.CacheControl = cacheControl;
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"");
        // Compares the tag with If-None-Match.
        return TypedResults.Bytes(body, contentType, entityTag: tag);
    }
}
