using Notify.Hosting.Requests;

namespace Notify.Hosting.EventSubscriptions;

/// <summary>Reads an event subscription to create or to replace another one with.</summary>
internal static class EventSubscriptionReader
{
    public static EventSubscriptionDraft Read(JsonField body, string tenant)
    {
        var draft = new EventSubscriptionDraft { Tenant = tenant };
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "url":
                    draft = draft with { Url = field.Text() ?? "" };
                    break;
                case "types":
                    draft = draft with { Types = [.. field.Items().Select(item => item.Text() ?? "")] };
                    break;
                case "description":
                    draft = draft with { Description = field.Text() };
                    break;
                case "enabled":
                    draft = draft with { IsEnabled = field.Flag() ?? true };
                    break;
                case "provider":
                    draft = draft with { Provider = field.Text() };
                    break;
                case "id" or "version" or "disabledBecause" or "createdAt" or "updatedAt":
                    // GET also shows these, so they may be sent back.
                    break;
                default:
                    field.Unknown("url", "types", "description", "enabled", "provider");
                    break;
            }
        }

        return draft;
    }
}
