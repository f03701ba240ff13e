namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which package has the real declaration.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface)]
internal sealed class FromPackageAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
