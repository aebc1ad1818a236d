namespace Notify.Core.Workflows;

/// <summary>The workflows that the application declares in code. Every tenant has them.</summary>
internal sealed class DeclaredWorkflows
{
    private readonly SortedDictionary<string, Workflow> _byName = new(StringComparer.Ordinal);

    public DeclaredWorkflows(IEnumerable<DeclaredWorkflow> declared)
    {
        foreach (var one in declared)
            _byName[one.Workflow.Name] = one.Workflow;
    }

    /// <summary>Gets the workflows, in ordinal order of their names.</summary>
    public IReadOnlyCollection<Workflow> All => _byName.Values;

    /// <summary>Finds a workflow for a tenant; null if none is declared with this name.</summary>
    public Workflow? Find(string tenant, string name) =>
        _byName.TryGetValue(name, out var workflow) ? workflow with { Tenant = tenant } : null;

    /// <summary>Determines whether a workflow is declared.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);
}

/// <summary>A workflow that the application declares.</summary>
internal sealed record DeclaredWorkflow(Workflow Workflow);
