namespace Notify.Hosting.Requests;

/// <summary>Masks push tokens. The rest distinguishes a token from others, but cannot be used to send to it.</summary>
internal static class PushToken
{
    private const int VisibleLength = 4;

    private const char Mark = '…';

    public static string Mask(string token) => token.Length > 2 * VisibleLength ? $"{Mark}{token[^VisibleLength..]}" : $"{Mark}";

    /// <summary>Determines whether a text looks like a masked token. No vendor issues tokens that begin so.</summary>
    public static bool IsMasked(string token) => token.StartsWith(Mark);
}
