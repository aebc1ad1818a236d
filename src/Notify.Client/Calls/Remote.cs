namespace Notify.Client.Calls;

/// <summary>Creates the exceptions of methods that only an application which embeds Notify can call.</summary>
internal static class Remote
{
    public static NotSupportedException CreateNotSupported(string instead) =>
        new($"A service does not offer this method over HTTP. {instead}");
}
