namespace Notify.Dashboard.Layout;

/// <summary>The colors of channels.</summary>
internal static class Channels
{
    private static readonly Channel[] Known = [Channel.Push, Channel.Sms, Channel.Email, Channel.Webhook, Channel.Inbox];

    /// <summary>Gets the style class of a channel.</summary>
    public static string GetClass(Channel channel) => Known.Contains(channel) ? $"c-{channel.Name}" : "c-other";
}
