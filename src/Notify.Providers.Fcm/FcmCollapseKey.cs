using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Fcm;

/// <summary>
/// Fits a collapse key into vendors' limits: what collapses is decided by equality alone, so a hash does as well.
/// </summary>
internal static class FcmCollapseKey
{
    /// <summary>24 bytes are 32 characters of base64, which fits everywhere.</summary>
    private const int HashedBytes = 24;

    public static string Fit(string key, int maxBytes) => Encoding.UTF8.GetByteCount(key) <= maxBytes ? key : Hash(key);

    public static string Hash(string key) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, HashedBytes));
}
