namespace Notify.Hosting.Requests;

/// <summary>Reads the name of a channel.</summary>
internal static class ChannelReader
{
    public static Channel? Read(JsonField field)
    {
        if (field.Text() is not { } name)
            return null;
        if (Channel.TryParse(name, out var channel))
            return channel;

        field.Wrong("Use the name of a channel, such as push, sms, email or webhook: lower-case letters, digits and hyphens.");
        return null;
    }
}
