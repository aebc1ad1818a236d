namespace Notify.Hosting.Requests;

/// <summary>Masks push tokens. The rest distinguishes a token from others, but cannot be used to send to it.</summary>
internal static class PushToken
{
    private const int VisibleLength = 4;

    public static string Mask(string token) => token.Length > 2 * VisibleLength ? $"…{token[^VisibleLength..]}" : "…";
}
