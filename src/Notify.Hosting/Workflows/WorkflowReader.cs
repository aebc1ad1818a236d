using Notify.Core.Validation;
using Notify.Hosting.Notifications;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Workflows;

/// <summary>Reads a workflow.</summary>
internal static class WorkflowReader
{
    public static Workflow Read(JsonField body, string tenant, string name)
    {
        var workflow = new Workflow
        {
            Tenant = tenant,
            Name = name,
            Template = "",
        };
        foreach (var field in body.Members())
            workflow = Read(workflow, field);
        return workflow;
    }

    /// <summary>Reads the version to return to.</summary>
    public static int? ReadVersion(JsonField body)
    {
        int? version = null;
        foreach (var field in body.Members())
        {
            if (field.Name != "version")
                field.Unknown("version");
            else if ((version = field.Number()) < 1)
                field.Wrong(FieldErrorCodes.OutOfRange, "Must be a version number, 1 or more.");
        }

        if (version is null && !body.Errors.Any)
            body.Missing("version", "The version to return to is required.");
        return version;
    }

    /// <summary>Reads the tenant to promote a workflow to.</summary>
    public static string? ReadTarget(JsonField body)
    {
        string? tenant = null;
        foreach (var field in body.Members())
        {
            if (field.Name != "tenant")
                field.Unknown("tenant");
            else if ((tenant = field.Text()) is not null && Names.FindError("tenant", tenant) is { } error)
                field.Wrong(error.Code, error.Message);
        }

        if (tenant is null && !body.Errors.Any)
            body.Missing("tenant", "The tenant to promote the workflow to is required.");
        return tenant;
    }

    private static Workflow Read(Workflow workflow, JsonField field)
    {
        switch (field.Name)
        {
            case "description":
                return workflow with { Description = field.Text() };
            case "template":
                var (name, version) = VersionReader.Read(field, "template");
                return workflow with { Template = name ?? "", TemplateVersion = version };
            case "steps":
                return workflow with { Steps = [.. field.Items().Select(ReadStep)] };
            case "category":
                return workflow with { Category = field.Text() };
            case "priority":
                return workflow with { Priority = field.GetOne(TriggerBody.Priorities) ?? Priority.Normal };
            case "throttle":
                return workflow with { Throttle = FrequencyReader.ReadThrottle(field) };
            case "digest":
                return workflow with { Digest = FrequencyReader.ReadDigest(field) };
            case "delay":
                return workflow with { Delay = field.Duration() };
            case "timeToLive":
                return workflow with { TimeToLive = field.Duration() };
            case "name" or "version" or "savedAt":
                // GET also shows these, so they may be sent back. Saving sets them.
                return workflow;
            default:
                field.Unknown(
                    "description",
                    "template",
                    "steps",
                    "category",
                    "priority",
                    "throttle",
                    "digest",
                    "delay",
                    "timeToLive"
                );
                return workflow;
        }
    }

    private static WorkflowStep ReadStep(JsonField item)
    {
        var step = new WorkflowStep { Channels = [] };
        foreach (var field in item.Members())
        {
            switch (field.Name)
            {
                case "channels":
                    step = step with { Channels = [.. field.Items().Select(one => ChannelReader.Read(one) ?? default)] };
                    break;
                case "after":
                    step = step with { After = field.Duration() ?? default };
                    break;
                case "unless":
                    step = step with { Unless = field.GetOne(FallbackReader.Conditions) };
                    break;
                default:
                    field.Unknown("channels", "after", "unless");
                    break;
            }
        }

        return step;
    }
}
