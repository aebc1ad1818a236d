using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Members;

/// <summary>The members of a service.</summary>
internal sealed class RemoteMembers(ServiceCalls service) : IMembers
{
    private const string Path = "v1/members";

    public async Task<Page<Member>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, MemberJson.Default.PageAnswerMemberAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage(member => member.CreateMember(tenant));
    }

    public async Task<Versioned<Member>?> FindAsync(string tenant, string id, CancellationToken cancellationToken = default)
    {
        var request = ServiceRequest.Get(GetPath(id), tenant);
        var found = await service.FindAsync(request, MemberJson.Default.MemberAnswer, cancellationToken).ConfigureAwait(false);
        return found is null
            ? null
            : new Versioned<Member> { Value = found.Value.CreateMember(tenant), Version = found.Version ?? "" };
    }

    public async Task<ChangeResult<Member>> SaveAsync(
        Member member,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(member);
        var request = ServiceRequest
            .Put(GetPath(member.Id), member.Tenant)
            .With(new MemberBody(MemberAnswer.GetName(member.Role), member.Name), MemberJson.Default.MemberBody)
            .With(precondition);
        var answer = await service
            .ChangeAsync(request, MemberJson.Default.MemberAnswer, ChangeStatus.Changed, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreateResult(answer.Value?.CreateMember(member.Tenant));
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(Member member) => [];

    public Task<ChangeStatus> RemoveAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    ) => service.RemoveAsync(ServiceRequest.Delete(GetPath(id), tenant).With(precondition), cancellationToken);

    private static string GetPath(string id) => CallPath.Create(Path).Add("id", id).ToString();
}

/// <summary>A member to save.</summary>
internal sealed record MemberBody(string Role, string? Name);

internal sealed record MemberAnswer(string Id, string Role, string? Name, DateTimeOffset AddedAt, DateTimeOffset ChangedAt)
{
    public static string GetName(MemberRole role) => role.ToString().ToLowerInvariant();

    // A role that this version does not know may do nothing that the application relies on.
    public Member CreateMember(string tenant) =>
        new()
        {
            Tenant = tenant,
            Id = Id,
            Role = Enum.TryParse<MemberRole>(Role, ignoreCase: true, out var role) ? role : MemberRole.Viewer,
            Name = Name,
            AddedAt = AddedAt,
            ChangedAt = ChangedAt,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MemberBody))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(PageAnswer<MemberAnswer>))]
internal sealed partial class MemberJson : JsonSerializerContext;
