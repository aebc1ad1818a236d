namespace Notify.Hosting.Requests;

/// <summary>Shows enough of a push token to tell it from others, and too little to send to it.</summary>
internal static class PushToken
{
    private const int Shown = 4;

    public static string Masked(string token) => token.Length > 2 * Shown ? $"…{token[^Shown..]}" : "…";
}
