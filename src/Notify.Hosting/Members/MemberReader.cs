using Notify.Hosting.Requests;

namespace Notify.Hosting.Members;

/// <summary>Reads members to save.</summary>
internal static class MemberReader
{
    public static Member Read(JsonField body, string tenant, string id)
    {
        MemberRole? role = null;
        var hasRole = false;
        string? name = null;
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "role":
                    hasRole = true;
                    role = field.GetOne(RoleNames.All);
                    break;
                case "name":
                    name = field.Text();
                    break;
                default:
                    field.Unknown("role", "name");
                    break;
            }
        }

        if (!hasRole)
            body.Missing("role", "Use viewer, sender, manager or admin.");
        return new Member
        {
            Tenant = tenant,
            Id = id,
            Role = role ?? MemberRole.Viewer,
            Name = name,
        };
    }
}
